/** Errors with a message for the operator, who needs no stack. */
const told: ReadonlySet<string> = new Set([
  'CedarPolicyError',
  'ConfigError',
  'EmbeddedPostgresError',
  'HeadgateError',
  'MigrationError',
  'WorkerError',
])

/** Explains why the server did not start: with a sentence for known errors, otherwise with the stack. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (told.has(error.name)) return error.message
  return explainSystem(error) ?? error.stack ?? error.message
}

/** Explains an error of the operating system. */
function explainSystem(error: Error & Partial<NodeJS.ErrnoException>): string | null {
  const { code, syscall, path } = error
  if (code === undefined || syscall === undefined) return null
  // The primary binds the sockets of a worker.
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
      return `This machine cannot listen on ${addressOf(error)} (${code}). Set --host or HEADGATE_HOST to one of its addresses, or to 0.0.0.0.`
    default:
      return null
  }
}

function addressOf(error: Error): string {
  if ('address' in error) return String(error.address)
  return 'hostname' in error ? String(error.hostname) : 'that address'
}
