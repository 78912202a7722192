import { readFileSync, writeFileSync } from 'node:fs'
import type { ArchitectureName } from './architecture.ts'

export interface PinnedPackage {
  readonly name: string
  readonly version: string
  readonly sha256: string
}

/**
 * Content of `pins.json`: versions and digests of the Debian packages and of Node in an image. Versions of npm
 * packages are in `package-lock.json`.
 */
export interface Pins {
  readonly debian: {
    readonly suite: string
    readonly packages: Readonly<Record<ArchitectureName, readonly PinnedPackage[]>>
  }
  readonly node: {
    readonly version: string
    /** Digests of the npm package that contains Node, keyed by architecture, in the form of `package-lock.json`. */
    readonly integrity: Readonly<Record<ArchitectureName, string>>
  }
}

const file = new URL('pins.json', import.meta.url)

export function readPins(): Pins {
  return JSON.parse(readFileSync(file, 'utf8')) as Pins
}

export function writePins(pins: Pins): void {
  writeFileSync(file, `${JSON.stringify(pins, null, 2)}\n`)
}

/** Returns the pinned version and digest of a Debian package. */
export function findPin(pins: Pins, architecture: ArchitectureName, name: string): PinnedPackage {
  const pin = pins.debian.packages[architecture].find((each) => each.name === name)
  if (pin === undefined)
    throw new Error(
      `tools/image/pins.json has no ${name} for ${architecture}. Run "npm run image -- --update".`,
    )
  return pin
}
