import type { LanceHttp } from './http/send-call.ts'

/** A namespace that has been connected to. */
export interface Session {
  /** Without a slash at its end; paths begin with `/v1`. */
  readonly uri: string
  readonly delimiter: string
  readonly http: LanceHttp
}
