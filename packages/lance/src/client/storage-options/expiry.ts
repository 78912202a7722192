import type { StringMap } from '../../model/decode.ts'

/** How long before their end storage options are renewed where the server does not say, in ms: as Lance's own clients do. */
const DEFAULT_OFFSET_MS = 60_000

/** When storage options end, in epoch ms, by `expires_at_millis`; undefined when they do not, or nothing says so. */
export const expiryOf = (options: StringMap): number | undefined => millis(options['expires_at_millis'])

/** How long before that they are to be renewed, in ms: `refresh_offset_millis`, which servers send along. */
export const refreshOffsetOf = (options: StringMap): number =>
  millis(options['refresh_offset_millis']) ?? DEFAULT_OFFSET_MS

const millis = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined
