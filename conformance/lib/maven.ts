import { findJdk } from './jdk.ts'
import type { ProcessKeeper } from './process-keeper.ts'

/**
 * Runs Maven in batch mode. The variable MAVEN names the command (default `mvn`). Maven uses the local repository and
 * the settings of the machine, including its mirrors.
 */
export async function runMaven(keeper: ProcessKeeper, log: string, args: readonly string[]): Promise<void> {
  await keeper.run({
    name: 'mvn',
    command: process.env['MAVEN'] ?? 'mvn',
    args: ['-q', '-B', '-Dstyle.color=never', ...args],
    env: { JAVA_HOME: findJdk(17).home },
    log,
    timeoutMs: 30 * 60_000,
  })
}
