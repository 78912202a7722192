export { catalogue, type ErrorCode, type ErrorKind } from './catalogue.ts'
export { HeadgateError, isHeadgateError, type HeadgateErrorOptions } from './headgate-error.ts'
