/**
 * Returns the environment for a program under test: variables with the paths of programs and files, and the variables
 * of `more`. The result contains no other variables of this process, because variables such as `HEADGATE_…` would
 * configure the program.
 *
 * @example
 * ```ts
 * spawn(process.execPath, [program], { env: programEnvironment({ HEADGATE_PORT: '0' }) })
 * ```
 */
export function programEnvironment(
  more: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> {
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env
  return { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, ...more }
}
