/** Errors whose message is written for the operator: it is all they need to see. */
const told: ReadonlySet<string> = new Set([
  'CedarPolicyError',
  'ConfigError',
  'EmbeddedPostgresError',
  'HeadgateError',
  'MigrationError',
  'WorkerError',
])

/** Why the server did not start, for a person: a sentence where we have one, the stack where we do not. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (told.has(error.name)) return error.message
  return explainSystem(error) ?? error.stack ?? error.message
}

/** What the operating system refused. */
function explainSystem(error: Error & Partial<NodeJS.ErrnoException>): string | null {
  const { code, syscall, path } = error
  if (code === undefined || syscall === undefined) return null
  // A worker's sockets are bound by the primary.
  if (syscall === 'listen' || syscall === 'bind' || syscall === 'getaddrinfo')
    return explainListen(error, code)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `There is no space left for the server's files (${code}${path === undefined ? '' : ` at ${path}`}): make room, then start again.`
  if (path === undefined) return null
  return `${path} cannot be used (${code} at ${syscall}): see who may read and write it, or choose another place with --data-dir or HEADGATE_DATA_DIR.`
}

function explainListen(error: Error, code: string): string | null {
  const port = 'port' in error ? String(error.port) : ''
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken by another program: choose others with --port (HEADGATE_PORT) and --s3-port (HEADGATE_S3_PORT, by default the one after it), or stop that program.`
    case 'EACCES':
      return `This user may not listen on port ${port}: choose one above 1023 with --port or --s3-port.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `This machine cannot listen on ${addressOf(error)} (${code}): give one of its own addresses as --host or HEADGATE_HOST, or 0.0.0.0 for all.`
    default:
      return null
  }
}

function addressOf(error: Error): string {
  if ('address' in error) return String(error.address)
  return 'hostname' in error ? String(error.hostname) : 'that address'
}
