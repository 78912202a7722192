/** Interval in ms at which the parent process is checked. */
const everyMs = 500

/**
 * Resolves when the shell that `npm start` or `npx headgate` started has ended. Never settles for a server that was
 * started in another way. On SIGTERM, npm ends this shell without a signal to the server, so the server would
 * continue to run and to lock its data directory.
 */
export async function scriptEnded(environment: NodeJS.ProcessEnv): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (isStartedByNpm(environment)) {
    const shell = process.ppid
    setInterval(() => process.ppid !== shell && resolve(), everyMs).unref()
  }
  await promise
}

/** Returns whether npm runs this program itself. A server that another program started can outlive that program. */
function isStartedByNpm({
  npm_lifecycle_event: event,
  npm_lifecycle_script: script = '',
  npm_package_name: name,
}: NodeJS.ProcessEnv): boolean {
  if (event === 'npx') return /^["']?headgate["']?( |$)/.test(script)
  return event === 'start' && name === 'headgate-workspace'
}
