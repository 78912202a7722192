/**
 * Explains to the operator why the database cannot be connected to. The sentence contains neither the connection
 * string nor the password: it repeats only names and stable codes of the driver's error.
 *
 * @param url the connection string
 */
export function cannotConnect(error: unknown, url: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null
  const place = toHostAndPort(url)
  switch (code) {
    case '3D000':
      return `The PostgreSQL at ${place} does not have this database. Create it (\`createdb\`), or configure another one.`
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
      return `The PostgreSQL at ${place} presents a certificate that is not trusted (${code}). Name the file of its authority as \`sslrootcert\` in the connection string.`
    case '53300':
      return `The PostgreSQL at ${place} has no connection left (53300). Raise its max_connections or the limit of this user, or lower HEADGATE_DATABASE_POOL_SIZE.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of ${place} cannot be resolved (${code}). Check the host name of the database.`
    case null:
      return `The PostgreSQL at ${place} cannot be used: ${describeDriverError(error)}.`
    default:
      return `The PostgreSQL at ${place} does not accept connections (${code}). Check that it runs, and check host and port.`
  }
}

/** Describes an error of the driver that has no code. */
function describeDriverError(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (/timeout/i.test(message)) return 'it did not answer in time'
  if (/does not support SSL/.test(message)) return 'it does not support TLS, which `sslmode` requires'
  return 'the server is not PostgreSQL, or it closed the connection'
}

/** Returns host and port, without user, password and the other parts of a connection string. */
function toHostAndPort(url: string): string {
  // The driver also accepts the form of libpq without a host.
  const { hostname, port, searchParams } = new URL(url.replace('@/', '@localhost/'))
  const host = searchParams.get('host') ?? (decodeURIComponent(hostname) || 'localhost')
  return host.startsWith('/') ? host : `${host}:${port || '5432'}`
}
