/** More processes than this would wait for one PostgreSQL. */
export const maxWorkers = 64

/** An ISO 8601 duration of days, hours, minutes and seconds, such as `PT30M`, in seconds. */
export function parseDuration(text: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text)
  if (match === null || text === 'P') return undefined
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0))
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
}

/** An absolute http or https URL without user, query and fragment; comes back without a trailing slash. */
export function parsePublicUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  if (!plain || !/^https?:$/.test(url.protocol)) return undefined
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** A percent-encoded character such as `%1F`, or a plain one that has no meaning in a URL. */
export function parseSeparator(text: string): string | undefined {
  if (!/^([A-Za-z0-9._~-]+|(%[0-9A-F]{2})+)$/i.test(text)) return undefined
  try {
    const decoded = decodeURIComponent(text)
    return decoded === '' || decoded === '/' || decoded === '%' ? undefined : text
  } catch {
    return undefined
  }
}

/** An origin as browsers send it, or `*`. Throws otherwise. */
export function checkOrigin(text: string): void {
  if (text === '*' || (URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text)) return
  throw new Error('origins such as `https://console.example.com`, or `*`')
}

/** A directory as a location. Throws otherwise. */
export function checkFileRoot(text: string): void {
  if (!/^file:\/\/\/[^?#]*$/.test(text)) throw new Error('locations such as `file:///srv/lake`')
}

/** `auto`, or how many processes answer. */
export function parseWorkers(text: string): number | 'auto' | undefined {
  if (text === 'auto') return text
  const count = /^\d+$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= maxWorkers ? count : undefined
}
