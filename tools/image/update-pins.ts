import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ArchitectureName, architectures } from './architecture.ts'
import { copyrightPackages, debianPackages, suite } from './debian-packages.ts'
import { nodePackage, readNodeVersion } from './fetch-node.ts'
import { type PinnedPackage, type Pins, writePins } from './pins.ts'
import { openPrivateApt } from './private-apt.ts'
import { runTool } from './run-tool.ts'

/**
 * Updates `pins.json` to the newest versions of the Debian packages, and to the version of Node in
 * `package-lock.json`.
 */
export async function updatePins(mirror: string): Promise<Pins> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-apt-'))
  try {
    const names = [...debianPackages.map(({ name }) => name), ...Object.keys(copyrightPackages)].toSorted()
    const findAll = async (architecture: ArchitectureName): Promise<PinnedPackage[]> => {
      const apt = await openPrivateApt(join(folder, architecture), mirror, architecture)
      const text = await apt.run('apt-cache', ['show', '--no-all-versions', ...names])
      const stanzas = text.split(/\n\n+/)
      return names.map((name) => readStanza(stanzas, name))
    }
    const version = readNodeVersion()
    const pins: Pins = {
      debian: { suite, packages: { amd64: await findAll('amd64'), arm64: await findAll('arm64') } },
      node: { version, integrity: await readIntegrity(version) },
    }
    writePins(pins)
    return pins
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readStanza(stanzas: readonly string[], name: string): PinnedPackage {
  const text = stanzas.find((each) => each.startsWith(`Package: ${name}\n`)) ?? ''
  const version = /^Version: (.+)$/m.exec(text)?.[1]
  const sha256 = /^SHA256: (.+)$/m.exec(text)?.[1]
  if (version === undefined || sha256 === undefined)
    throw new Error(`Debian ${suite} has no package ${name}.`)
  return { name, version, sha256 }
}

async function readIntegrity(version: string): Promise<Pins['node']['integrity']> {
  const entries = await Promise.all(
    architectures.map(async (each) => {
      const specifier = `${nodePackage(each)}@${version}`
      return [each.name, (await runTool('npm', ['view', specifier, 'dist.integrity'])).trim()] as const
    }),
  )
  return Object.fromEntries(entries) as Pins['node']['integrity']
}
