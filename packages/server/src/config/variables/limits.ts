import type { Variables } from '../env-type.ts'
import { bytes, integer } from '../variable.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

/** Environment variables that limit the size, number and duration of requests. */
export const limits: Pick<
  Variables,
  | 'maxBodyBytes'
  | 'maxJsonDepth'
  | 'maxJsonValues'
  | 'maxHeaderBytes'
  | 'maxNameBytes'
  | 'pageSizeMax'
  | 'requestTimeoutMs'
  | 'maxConcurrentRequests'
  | 'shutdownTimeoutMs'
> = {
  maxBodyBytes: bytes(
    'HEADGATE_MAX_BODY_BYTES',
    '16MiB',
    { min: 1024, max: GiB },
    {
      section: 'Limits',
      doc: 'Maximum size of a request body after decompression; larger bodies are refused with 413. The limit applies to commits, to transactions and to new tables and views. Other operations have lower limits: see [Sizes of requests](../how-to/operations.md#sizes-of-requests).',
    },
  ),
  maxJsonDepth: integer(
    'HEADGATE_MAX_JSON_DEPTH',
    100,
    // Metadata is nested one level deeper than the request that creates it. Its readers accept at most 1000 levels.
    { min: 10, max: 990 },
    {
      section: 'Limits',
      doc: 'Maximum nesting depth of the JSON of a request.',
    },
  ),
  maxJsonValues: integer(
    'HEADGATE_MAX_JSON_VALUES',
    250_000,
    { min: 1_000, max: 100_000_000 },
    {
      section: 'Limits',
      doc: 'Maximum number of values (objects, arrays, strings, numbers) in the JSON of a request; more are refused with 413. Parsing blocks the event loop for about 0.2 ms per 1,000 values.',
    },
  ),
  maxHeaderBytes: bytes(
    'HEADGATE_MAX_HEADER_BYTES',
    '32KiB',
    { min: 4096, max: MiB },
    {
      section: 'Limits',
      doc: 'Maximum size of all headers of a request, including its first line; larger headers are refused with 431.',
    },
  ),
  maxNameBytes: integer(
    'HEADGATE_MAX_NAME_BYTES',
    255,
    { min: 16, max: 1_024 },
    {
      section: 'Limits',
      doc: 'Maximum length of the name of a namespace level, table, view, branch or tag, in bytes of UTF-8.',
    },
  ),
  pageSizeMax: integer(
    'HEADGATE_PAGE_SIZE_MAX',
    1_000,
    { min: 1, max: 100_000 },
    {
      section: 'Limits',
      doc: 'Maximum number of entries in one page of a list, regardless of the page size that the client requests.',
    },
  ),
  requestTimeoutMs: integer(
    'HEADGATE_REQUEST_TIMEOUT_MS',
    30_000,
    { min: 100, max: 3_600_000 },
    {
      section: 'Limits',
      doc: 'Time limit of one request, in milliseconds. Clients that stop reading the response are disconnected after this time.',
    },
  ),
  maxConcurrentRequests: integer(
    'HEADGATE_MAX_CONCURRENT_REQUESTS',
    1_000,
    { min: 1, max: 100_000 },
    {
      section: 'Limits',
      doc: 'Maximum number of concurrent requests, divided among the workers. Further requests are refused immediately with 429 and `Retry-After`, at the storage gateway with 503 `SlowDown`.',
    },
  ),
  shutdownTimeoutMs: integer(
    'HEADGATE_SHUTDOWN_TIMEOUT_MS',
    10_000,
    { min: 0, max: 600_000 },
    {
      section: 'Limits',
      doc: 'Time that running requests have to finish when the server stops, in milliseconds.',
    },
  ),
}
