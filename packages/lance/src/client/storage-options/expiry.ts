import type { StringMap } from '../../model/decode.ts'

/** Default time between renewal and expiry, in ms. Lance's own clients use the same time. */
const DEFAULT_OFFSET_MS = 60_000

/** Parses `expires_at_millis`, in epoch ms. Returns undefined for options that do not expire. */
export const parseExpiry = (options: StringMap): number | undefined =>
  parseMillis(options['expires_at_millis'])

/** Parses `refresh_offset_millis`: how long before their expiry the options are renewed, in ms. */
export const parseRefreshOffset = (options: StringMap): number =>
  parseMillis(options['refresh_offset_millis']) ?? DEFAULT_OFFSET_MS

const parseMillis = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined
