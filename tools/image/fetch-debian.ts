import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../../conformance/lib/paths.ts'
import type { ArchitectureName } from './architecture.ts'
import { findPin, type PinnedPackage, type Pins } from './pins.ts'
import { openPrivateApt, type PrivateApt } from './private-apt.ts'

/** Downloaded Debian package whose digest equals that in `pins.json`. */
export interface FetchedPackage extends PinnedPackage {
  readonly file: string
}

/** Downloads pinned Debian packages, unless the cache folder already contains them. */
export class DebianDownloads {
  readonly #pins: Pins
  readonly #mirror: string
  readonly #folder: string = cacheFolder('image', 'downloads')
  readonly #apt = new Map<ArchitectureName, Promise<PrivateApt>>()

  constructor(pins: Pins, mirror: string) {
    this.#pins = pins
    this.#mirror = mirror
  }

  /**
   * Returns a pinned Debian package, which is downloaded if the cache folder does not contain it.
   *
   * @throws Error when the mirror does not have the pinned version any more, or its file has another digest than
   * `pins.json` states
   */
  async fetch(architecture: ArchitectureName, name: string): Promise<FetchedPackage> {
    const pin = findPin(this.#pins, architecture, name)
    mkdirSync(this.#folder, { recursive: true })
    const file = join(this.#folder, `${pin.sha256.slice(0, 16)}-${name}-${architecture}.deb`)
    if (!existsSync(file)) await this.#download(architecture, pin, file)
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    if (digest !== pin.sha256)
      throw new Error(
        `${file} differs from the digest in tools/image/pins.json. Delete the file and try again.`,
      )
    return { ...pin, file }
  }

  async #download(
    architecture: ArchitectureName,
    { name, version }: PinnedPackage,
    to: string,
  ): Promise<void> {
    const opening =
      this.#apt.get(architecture) ??
      openPrivateApt(join(this.#folder, 'apt', architecture), this.#mirror, architecture)
    this.#apt.set(architecture, opening)
    const apt = await opening
    const folder = mkdtempSync(join(this.#folder, 'download-'))
    try {
      await apt.run('apt-get', ['download', `${name}=${version}`], folder)
      const [downloaded = ''] = readdirSync(folder)
      renameSync(join(folder, downloaded), to)
    } catch (cause) {
      throw new Error(
        `${this.#mirror} does not offer ${name} ${version} for ${architecture}. Renew the pins with ` +
          `"npm run image -- --update", or build with a snapshot of their time: ` +
          `--mirror http://snapshot.debian.org/archive/debian/20270101T000000Z`,
        { cause },
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
