import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** Java development kit (JDK) that is installed on this machine. */
export interface Jdk {
  readonly home: string
  readonly major: number
}

/** Returns the path of a JDK program, such as `javac`. */
export function jdkCommand(jdk: Jdk, command: 'java' | 'javac' | 'jar'): string {
  return join(jdk.home, 'bin', command)
}

/**
 * Finds a JDK for a tool that needs at least the version `minimum` and is known to work up to `maximum`. The variable
 * `HEADGATE_JAVA<minimum>` (for example `HEADGATE_JAVA25`) sets the JDK. Otherwise the function searches JAVA_HOME, the
 * `java` on the PATH and the usual folders, and returns the lowest suitable version.
 */
export function findJdk(minimum: number, maximum: number = Number.POSITIVE_INFINITY): Jdk {
  const named = process.env[`HEADGATE_JAVA${minimum}`]
  if (named) {
    const jdk = readJdk(named)
    if (!jdk)
      throw new Error(`HEADGATE_JAVA${minimum}=${named} is not the folder of a JDK: it contains no bin/javac`)
    return jdk
  }
  const fitting = candidates()
    .map(readJdk)
    .filter((jdk) => jdk !== undefined)
    .filter((jdk) => jdk.major >= minimum && jdk.major <= maximum)
    .toSorted((a, b) => a.major - b.major)
  const [best] = fitting
  if (!best) {
    const range = Number.isFinite(maximum) ? `${minimum} to ${maximum}` : `${minimum} or newer`
    throw new Error(`no JDK ${range} found: install one and set HEADGATE_JAVA${minimum} to its home`)
  }
  return best
}

function candidates(): string[] {
  const homes: string[] = []
  if (process.env['JAVA_HOME']) homes.push(process.env['JAVA_HOME'])
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const java = join(folder, 'java')
    if (existsSync(java)) homes.push(dirname(dirname(realpathSync(java))))
  }
  for (const folder of ['/usr/lib/jvm', '/usr/local/lib/jvm', '/opt/java']) {
    if (existsSync(folder)) homes.push(...readdirSync(folder).map((name) => join(folder, name)))
  }
  const mac = '/Library/Java/JavaVirtualMachines'
  if (existsSync(mac)) homes.push(...readdirSync(mac).map((name) => join(mac, name, 'Contents/Home')))
  return homes
}

function readJdk(home: string): Jdk | undefined {
  if (!existsSync(join(home, 'bin/javac')) || !existsSync(join(home, 'release'))) return undefined
  const version = /^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1]
  return version ? { home, major: Number(version) } : undefined
}
