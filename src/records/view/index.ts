export { RecordView } from './RecordView.js';
export { warmUp } from './warmUp.js';
