export { JsonSyntaxError as RecordSyntaxError } from '../stream/JsonSyntaxError.js';
