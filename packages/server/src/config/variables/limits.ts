import type { Variables } from '../env-type.ts'
import { bytes, integer } from '../variable.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

/** What one client may ask for. */
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
      doc: 'Largest request body, decompressed; larger ones get 413. It applies to commits, to transactions and to new tables and views. Other operations have lower limits: see [Sizes of requests](../how-to/operations.md#sizes-of-requests).',
    },
  ),
  maxJsonDepth: integer(
    'HEADGATE_MAX_JSON_DEPTH',
    100,
    // Metadata nests one level deeper than the request that made it, and its readers take 1000 levels.
    { min: 10, max: 990 },
    {
      section: 'Limits',
      doc: 'How deep the JSON of a request may nest.',
    },
  ),
  maxJsonValues: integer(
    'HEADGATE_MAX_JSON_VALUES',
    250_000,
    { min: 1_000, max: 100_000_000 },
    {
      section: 'Limits',
      doc: 'How many values (objects, arrays, strings, numbers) the JSON of a request may hold; more get 413. Parsing holds the event loop for about 0.2 ms per 1,000 values.',
    },
  ),
  maxHeaderBytes: bytes(
    'HEADGATE_MAX_HEADER_BYTES',
    '32KiB',
    { min: 4096, max: MiB },
    {
      section: 'Limits',
      doc: 'Headers of a request together, first line included; beyond it 431.',
    },
  ),
  maxNameBytes: integer(
    'HEADGATE_MAX_NAME_BYTES',
    255,
    { min: 16, max: 1_024 },
    {
      section: 'Limits',
      doc: 'Longest name of a namespace level, table, view, branch or tag, in bytes of UTF-8.',
    },
  ),
  pageSizeMax: integer(
    'HEADGATE_PAGE_SIZE_MAX',
    1_000,
    { min: 1, max: 100_000 },
    {
      section: 'Limits',
      doc: 'Entries of one page of a list at most, whatever the client asks for.',
    },
  ),
  requestTimeoutMs: integer(
    'HEADGATE_REQUEST_TIMEOUT_MS',
    30_000,
    { min: 100, max: 3_600_000 },
    {
      section: 'Limits',
      doc: 'How long one request may take, in milliseconds; and for how long a client may take nothing of its answer before it is hung up on.',
    },
  ),
  maxConcurrentRequests: integer(
    'HEADGATE_MAX_CONCURRENT_REQUESTS',
    1_000,
    { min: 1, max: 100_000 },
    {
      section: 'Limits',
      doc: 'Requests at work at the same time; more are turned away at once with 429 and `Retry-After`, at the storage gateway with 503 `SlowDown`. Each worker takes its share of them.',
    },
  ),
  shutdownTimeoutMs: integer(
    'HEADGATE_SHUTDOWN_TIMEOUT_MS',
    10_000,
    { min: 0, max: 600_000 },
    {
      section: 'Limits',
      doc: 'How long running requests may go on when the server is told to stop, in milliseconds.',
    },
  ),
}
