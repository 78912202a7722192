export type { Authenticator } from './authenticator.ts'
export { baseUrl } from './base-url.ts'
export { isRedirect, retryAfterSeconds, type BufferedResponse } from './buffered-response.ts'
export { bufferedTransport, type BufferedTransportOptions } from './buffered-transport.ts'
export { checkHeader } from './check-header.ts'
export { failureCode, neverSent } from './connection-failure.ts'
export { describeErrorResponse, errorBody, errorObject, errorText } from './error-body.ts'
export { fetchTransport, type FetchTransportOptions } from './fetch-transport.ts'
export { finalResponse, type FinalResponseOptions } from './final-response.ts'
export {
  headerValue,
  headerValues,
  joinHeaders,
  withHeaders,
  withoutHeaders,
  type HeaderList,
} from './header-list.ts'
export type { HttpHooks } from './hooks.ts'
export { HttpConnectionError } from './http-connection-error.ts'
export type {
  BodySource,
  Fetch,
  HttpBody,
  HttpRequest,
  OutgoingBody,
  ResponseHead,
  StreamedBody,
  WaitOptions,
} from './http-request.ts'
export type { HttpSettings } from './http-settings.ts'
export { BodyTooLongError, readBody, type ReadBodyOptions } from './read-body.ts'
export { retryAfterMs } from './retry-after.ts'
export { LONGEST_WAIT_MS, mayHaveHappened, retryPolicy, type RetryPolicyOptions } from './retry-policy.ts'
export { send, type Attempt, type OutgoingRequest, type SendOptions } from './send.ts'
export { pause, timeLimit, waitFor } from './time-limit.ts'
export type { Transport } from './transport.ts'
export { wireUrl } from './wire-url.ts'
