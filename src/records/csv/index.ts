export { csvFileName } from './csvFileName.js';
export { toCsv } from './toCsv.js';
