import type { SourceApi } from '../source-api.ts'
import type { ReadContext } from '../source-grants.ts'

/** Requests of one reading of Lakekeeper, and the reasons for what is not included. */
export interface Reading {
  readonly api: SourceApi
  /** URL of the management API: `https://lakekeeper.example.com/management/v1`. */
  readonly management: string
  /** URL of the catalog: `https://lakekeeper.example.com/catalog`. */
  readonly catalog: string
  /** Path of the warehouse below the URL of the catalog: `/v1/PREFIX`. */
  readonly prefix: string
  /** Id of the warehouse. */
  readonly warehouse: string
  readonly context: ReadContext
  readonly problems: string[]
}
