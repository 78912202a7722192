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
      return `The PostgreSQL at ${place} does not let this user in (${code}): are user and password right, and may the user connect from here, and with the \`sslmode\` of the connection string?`
    case '42501':
      return `The database at ${place} is there, but this user may not make tables in it: make the user the owner of the database.`
    case '3F000':
      return `The database at ${place} has no schema to make tables in: make the one that the \`search_path\` of this user names.`
    case '25006':
      return `The PostgreSQL at ${place} only reads, as a stand-by does: name the one that writes, or start again once it does.`
    case '53100':
      return `The PostgreSQL at ${place} has no space left (53100): make room, then start again.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The PostgreSQL at ${place} shows a certificate for another name: name its host as the certificate does.`
    case 'CERT_HAS_EXPIRED':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `The PostgreSQL at ${place} shows a certificate that is not trusted here (${code}): name the file of its authority as \`sslrootcert\` in the connection string.`
    case '53300':
      return `The PostgreSQL at ${place} has no connection left (53300): raise its max_connections or the limit of this user, or lower HEADGATE_DATABASE_POOL_SIZE.`
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
