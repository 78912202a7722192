/**
 * Returns a message for the operator about a failed connection to the database. The message contains the host and the
 * code of the driver's error, and never the connection string or the password.
 *
 * @param url the connection string
 */
export function cannotConnect(error: unknown, url: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null
  const place = toHostAndPort(url)
  switch (code) {
    case '3D000':
      return `The PostgreSQL at ${place} does not have this database. Create it (\`createdb\`), or configure another database.`
    case '28P01':
    case '28000':
      return `The PostgreSQL at ${place} refused this user (${code}). Check the user, the password, and whether pg_hba.conf allows the user to connect from this host with the \`sslmode\` of the connection string.`
    case '42501':
      return `The database at ${place} exists, but this user may not create tables in it. Make the user the owner of the database.`
    case '3F000':
      return `The database at ${place} has no schema for new tables. Create the schema that the \`search_path\` of this user names.`
    case '25006':
      return `The PostgreSQL at ${place} is read-only, for example a standby. Configure the primary, or start again after the promotion.`
    case '53100':
      return `The PostgreSQL at ${place} has no space left (53100). Free disk space, then start again.`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The PostgreSQL at ${place} presents a certificate for another name. Use a host name of the certificate.`
    case 'CERT_HAS_EXPIRED':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `The PostgreSQL at ${place} presents a certificate that is not trusted (${code}). Set \`sslrootcert\` in the connection string to the file of the certificate authority of the server.`
    case '53300':
      return `The PostgreSQL at ${place} accepts no more connections (53300). Raise its max_connections or the limit of this user, or lower HEADGATE_DATABASE_POOL_SIZE.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of ${place} cannot be resolved (${code}). Check the host name of the database.`
    case null:
      return `The PostgreSQL at ${place} cannot be used: ${describeDriverError(error)}.`
    default:
      return `The PostgreSQL at ${place} does not accept connections (${code}). Check that it runs, and check host and port.`
  }
}

/** Returns a description of an error of the PostgreSQL driver that has no code. */
function describeDriverError(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (/timeout/i.test(message)) return 'it did not respond within the time limit'
  if (/does not support SSL/.test(message)) return 'it does not support TLS, which `sslmode` requires'
  return 'the server is not PostgreSQL, or it closed the connection'
}

/** Returns only the host and port of a connection string. */
function toHostAndPort(url: string): string {
  // As in libpq, the URL may have no host, because the parameter `host` can contain it.
  const { hostname, port, searchParams } = new URL(url.replace('@/', '@localhost/'))
  const host = searchParams.get('host') ?? (decodeURIComponent(hostname) || 'localhost')
  return host.startsWith('/') ? host : `${host}:${port || '5432'}`
}
