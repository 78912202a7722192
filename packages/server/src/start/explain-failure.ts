/** Names of the errors whose message is complete for the operator, so that no stack trace is printed. */
const explained: ReadonlySet<string> = new Set([
  'CedarPolicyError',
  'ConfigError',
  'EmbeddedPostgresError',
  'HeadgateError',
  'MigrationError',
  'WorkerError',
])

/** Returns the reason for which the server did not start: a sentence for a known error, otherwise the stack trace. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (explained.has(error.name)) return error.message
  return explainSystem(error) ?? error.stack ?? error.message
}

/** Returns a sentence for an error of the operating system, or null for another error. */
function explainSystem(error: Error & Partial<NodeJS.ErrnoException>): string | null {
  const { code, syscall, path } = error
  if (code === undefined || syscall === undefined) return null
  // The primary process opens the sockets of a worker, so the system call in the error has another name.
  if (syscall === 'listen' || syscall === 'bind' || syscall === 'getaddrinfo')
    return explainListen(error, code)
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `There is no space left for the server's files (${code}${path === undefined ? '' : ` at ${path}`}). Free some space, then start again.`
  if (path === undefined) return null
  return `${path} cannot be used (${code} at ${syscall}). Check who may read and write it, or choose another folder with --data-dir or HEADGATE_DATA_DIR.`
}

function explainListen(error: Error, code: string): string | null {
  const port = 'port' in error ? String(error.port) : ''
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is in use by another program. Choose other ports with --port (HEADGATE_PORT) and --s3-port (HEADGATE_S3_PORT, by default the next one), or stop that program.`
    case 'EACCES':
      return `This user may not listen on port ${port}. Choose one above 1023 with --port or --s3-port.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `This machine cannot listen on ${readAddress(error)} (${code}). Set --host or HEADGATE_HOST to one of its addresses, or to 0.0.0.0.`
    default:
      return null
  }
}

function readAddress(error: Error): string {
  if ('address' in error) return String(error.address)
  return 'hostname' in error ? String(error.hostname) : 'that address'
}
