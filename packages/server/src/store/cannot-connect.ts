/**
 * Why there is no connection to the database, as a sentence for the operator. Holds neither the connection string nor
 * the password: of what the driver says, only names and stable codes are repeated.
 *
 * @param url the connection string
 */
export function cannotConnect(error: unknown, url: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null
  const place = placeOf(url)
  switch (code) {
    case '3D000':
      return `The PostgreSQL at ${place} has no such database: make it (\`createdb\`), or name another one.`
    case '28P01':
    case '28000':
      return `The PostgreSQL at ${place} does not let this user in (${code}): are user and password right, and may the user connect from here?`
    case '42501':
      return `The database at ${place} is there, but this user may not make tables in it: make the user the owner of the database.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of ${place} is not known (${code}): is the name of the database's host right?`
    case null:
      return `The PostgreSQL at ${place} cannot be used: ${driverSays(error)}.`
    default:
      return `The PostgreSQL at ${place} does not take connections (${code}): is it running, and are host and port right?`
  }
}

/** What the driver itself found, which has no code. */
function driverSays(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (/timeout/i.test(message)) return 'it did not answer in time'
  if (/does not support SSL/.test(message)) return 'it does not speak TLS, which `sslmode` asks for'
  return 'what answers is no PostgreSQL, or it ended the connection'
}

/** Host and port, without user, password and what else a connection string holds. */
function placeOf(url: string): string {
  // The driver takes libpq's form without a host as well.
  const { hostname, port, searchParams } = new URL(url.replace('@/', '@localhost/'))
  const host = searchParams.get('host') ?? (decodeURIComponent(hostname) || 'localhost')
  return host.startsWith('/') ? host : `${host}:${port || '5432'}`
}
