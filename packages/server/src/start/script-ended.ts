/** Polling interval in ms. */
const everyMs = 500

/**
 * Settles when the shell of `npm start` has ended; never for a server that was started in another way. On SIGTERM npm ends
 * that shell without a notice to the server, which would otherwise continue and lock its directory.
 */
export async function scriptEnded({
  npm_lifecycle_event: script,
  npm_package_name: name,
}: NodeJS.ProcessEnv): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (script === 'start' && name === 'headgate-workspace') {
    const shell = process.ppid
    setInterval(() => process.ppid !== shell && resolve(), everyMs).unref()
  }
  await promise
}
