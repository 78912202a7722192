import type { StringMap } from '../../model/decode.ts'

/** Default time between renewal and expiry, in ms. Lance's own clients use the same time. */
const DEFAULT_OFFSET_MS = 60_000

/** Parses `expires_at_millis`, in epoch ms. Returns undefined for options that do not expire. */
export const parseExpiry = (options: StringMap): number | undefined =>
  parseMillis(options['expires_at_millis'])

/** Returns the time before their expiry at which storage options are renewed (`refresh_offset_millis`), in ms. */
export const parseRefreshOffset = (options: StringMap): number =>
  parseMillis(options['refresh_offset_millis']) ?? DEFAULT_OFFSET_MS

const parseMillis = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined
