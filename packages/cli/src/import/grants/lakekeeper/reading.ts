import type { SourceApi } from '../source-api.ts'
import type { ReadContext } from '../source-grants.ts'

/**
 * State while the grants of a Lakekeeper server are read: the URLs of its APIs, and the reasons why some grants are
 * not in the review document.
 */
export interface Reading {
  readonly api: SourceApi
  /** URL of the management API, such as `https://lakekeeper.example.com/management/v1`. */
  readonly management: string
  /** URL of the catalog, such as `https://lakekeeper.example.com/catalog`. */
  readonly catalog: string
  /** Path of the warehouse below the URL of the catalog, in the form `/v1/PREFIX`. */
  readonly prefix: string
  /** Id of the warehouse. */
  readonly warehouse: string
  readonly context: ReadContext
  readonly problems: string[]
}
