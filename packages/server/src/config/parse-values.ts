/** Maximum number of worker processes. More workers do not increase throughput, because PostgreSQL limits it. */
export const maxWorkers = 64

/**
 * Parses an ISO 8601 duration with days, hours, minutes and seconds, such as `PT30M`. Returns the number of seconds, or
 * undefined for any other text.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text)
  if (match === null || text === 'P') return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0))
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
}

/**
 * Parses an absolute http or https URL without user, query and fragment. Returns it without trailing slashes, or
 * undefined for any other text.
 */
export function parsePublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (!isPlain || !/^https?:$/.test(url.protocol)) return undefined
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/**
 * Parses a separator: percent-encoded characters such as `%1F`, or characters that are not reserved in a URL. Returns
 * the text unchanged, or undefined for any other text.
 */
export function parseSeparator(text: string): string | undefined {
  if (!/^([A-Za-z0-9._~-]+|(%[0-9A-F]{2})+)$/i.test(text)) return undefined
  try {
    const decoded = decodeURIComponent(text)
    return decoded === '' || decoded === '/' || decoded === '%' ? undefined : text
  } catch {
    return undefined
  }
}

/**
 * Checks an entry of the list of CORS origins.
 *
 * @throws Error when the text is neither `*` nor an origin in the form that browsers send, such as
 * `https://example.com`
 */
export function checkOrigin(text: string): void {
  if (text === '*' || (URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text)) return
  throw new Error('origins such as `https://console.example.com`, or `*`')
}

/**
 * Checks a root directory of warehouses on the server's own disk.
 *
 * @throws Error when the text is not the location of a local directory, such as `file:///srv/lake`
 */
export function checkFileRoot(text: string): void {
  if (!/^file:\/\/\/[^?#]*$/.test(text)) throw new Error('locations such as `file:///srv/lake`')
}

/**
 * Checks the name of a service or region that signatures of requests may contain (AWS Signature Version 4).
 *
 * @throws Error when the text cannot be such a name
 */
export function checkScopeName(text: string): void {
  if (!/^[\w.-]{1,64}$/.test(text)) throw new Error('names such as `execute-api` or `eu-central-1`')
}

/** Parses the number of workers, or `auto`. Returns undefined for any other text. */
export function parseWorkers(text: string): number | 'auto' | undefined {
  if (text === 'auto') return text
  const count = /^\d+$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= maxWorkers ? count : undefined
}
