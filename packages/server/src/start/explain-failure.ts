/** Errors whose message is written for the operator: it is all they need to see. */
const told: ReadonlySet<string> = new Set([
  'CedarPolicyError',
  'ConfigError',
  'EmbeddedPostgresError',
  'MigrationError',
  'HeadgateError',
  'WorkerError',
])

/** Why the server did not start, for a person: a sentence where we have one, the stack where we do not. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is taken by another program: choose one with --port or HEADGATE_PORT, or stop the other.`
  }
  if (code === 'EACCES' && 'port' in error)
    return `This user may not listen on port ${String(error.port)}: choose one above 1023 with --port.`
  return told.has(error.name) ? error.message : (error.stack ?? error.message)
}
