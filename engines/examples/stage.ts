import { cpSync, globSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../conformance/lib/free-port.ts'
import { repositoryRoot } from '../../conformance/lib/paths.ts'

/** Copy of an example in a folder with the structure of a checkout. */
export interface StagedExample {
  /** Folder in which the commands of the example are executed. */
  readonly folder: string
  /** Text of the README in the copy, in which the ports are replaced. */
  readonly readme: string
  /** Returns the free port that replaces the given port of the example. */
  port(number: number): number
}

// Default ports of the server. Both are replaced, even if an example contains only the first one.
const serverPorts = [8181, 8182]

/**
 * Copies an example into an empty folder, and replaces each port in its files by a free one, so that other
 * servers can run at the same time.
 */
export async function stageExample(name: string, folder: string): Promise<StagedExample> {
  const copy = join(folder, 'examples', name)
  mkdirSync(join(folder, 'examples'), { recursive: true })
  cpSync(join(repositoryRoot, 'examples', name), copy, { recursive: true })
  symlinkSync(join(repositoryRoot, 'node_modules'), join(folder, 'node_modules'))
  const files = globSync('**/*', { cwd: copy }).filter((file) => statSync(join(copy, file)).isFile())
  const texts = files.map((file) => [file, readFileSync(join(copy, file), 'utf8')] as const)
  const ports = new Map<number, number>()
  for (const number of [...serverPorts, ...texts.flatMap(([, text]) => findPorts(text))])
    if (!ports.has(number)) ports.set(number, await freePort())
  for (const [file, text] of texts) writeFileSync(join(copy, file), replacePorts(text, ports))
  return {
    folder,
    readme: readFileSync(join(copy, 'README.md'), 'utf8'),
    port: (number) => {
      const port = ports.get(number)
      if (port === undefined) throw new Error(`examples/${name} does not use the port ${number}.`)
      return port
    },
  }
}

const portPattern = /(127\.0\.0\.1:|--(?:http-)?port[= ])(\d{4,5})\b/g

/** Returns the port numbers in a text that belong to addresses of this machine or to values of options. */
export function findPorts(text: string): number[] {
  return [...text.matchAll(portPattern)].map(([, , number]) => Number(number))
}

/** Replaces port numbers in addresses of this machine and in values of options, according to the map. */
export function replacePorts(text: string, ports: ReadonlyMap<number, number>): string {
  return text.replaceAll(
    portPattern,
    (_, before: string, number: string) => `${before}${ports.get(Number(number)) ?? number}`,
  )
}
