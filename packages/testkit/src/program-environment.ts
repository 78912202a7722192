/**
 * What a program under test gets of this environment: where programs and files are, and nothing that steers a Headgate.
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
