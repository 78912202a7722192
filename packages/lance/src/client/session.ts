import type { LanceHttp } from './http/send-call.ts'

/** State that all operations of a connected client share. */
export interface Session {
  /** Base URL without a slash at its end. The paths of operations begin with `/v1`. */
  readonly uri: string
  readonly delimiter: string
  readonly http: LanceHttp
}
