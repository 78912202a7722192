import { readFileSync, writeFileSync } from 'node:fs'
import type { ArchitectureName } from './architecture.ts'

export interface PinnedPackage {
  readonly name: string
  readonly version: string
  readonly sha256: string
}

/**
 * Versions and digests of the Debian packages and of the Node program in an image. The versions of the npm packages are
 * in `package-lock.json`.
 */
export interface Pins {
  readonly debian: {
    readonly suite: string
    readonly packages: Readonly<Record<ArchitectureName, readonly PinnedPackage[]>>
  }
  readonly node: {
    readonly version: string
    /** Digest of the npm package with Node for each architecture, in the form that `package-lock.json` uses. */
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

/** Returns the pin of a Debian package. */
export function findPin(pins: Pins, architecture: ArchitectureName, name: string): PinnedPackage {
  const pin = pins.debian.packages[architecture].find((each) => each.name === name)
  if (pin === undefined)
    throw new Error(
      `tools/image/pins.json has no ${name} for ${architecture}. Run "npm run image -- --update".`,
    )
  return pin
}
