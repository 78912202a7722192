import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Architecture, architectures } from './architecture.ts'
import { createBaseLayer } from './base-layer.ts'
import { type Component, composeBill } from './bill-of-materials.ts'
import { openBuildah, writeArchive } from './buildah.ts'
import { commitImage } from './commit-image.ts'
import { DebianDownloads } from './fetch-debian.ts'
import { type Flavor, flavors, toTag } from './flavor.ts'
import { type Origin, serverSettings, trialSettings } from './image-settings.ts'
import { installPackages } from './install-packages.ts'
import { findMissingLibraries } from './needed-libraries.ts'
import { packPackages } from './pack-packages.ts'
import type { Pins } from './pins.ts'
import { billPath, createProgramLayer } from './program-layer.ts'
import type { Steps } from './steps.ts'
import { createTrialLayer } from './trial-layer.ts'
import { findProgram } from './workspace.ts'

export interface BuildOptions {
  /** Folder to which the archives and the bills of materials are written. */
  readonly out: string
  readonly pins: Pins
  readonly origin: Origin
  /** URL of a mirror of the Debian package archive. */
  readonly mirror: string
  readonly steps: Steps
}

/** Archive with the images of all architectures. */
export interface BuiltImage {
  readonly flavor: Flavor
  readonly tag: string
  readonly file: string
  /** Digest of the OCI index in the archive, which lists the images of all architectures. */
  readonly digest: string
  /** Digest of the source files from which the npm packages in the image are built. */
  readonly sourceDigest: string
}

/**
 * Builds the server image and the trial image for all architectures. Needs no container daemon, and runs no program of
 * the images.
 */
export async function buildImages(options: BuildOptions): Promise<readonly BuiltImage[]> {
  const { out, origin, pins, mirror, steps } = options
  const folder = mkdtempSync(join(tmpdir(), 'headgate-image-'))
  try {
    const program = findProgram()
    const { tarballs, sourceDigest } = await steps.run('compile and pack the packages', () =>
      packPackages(program, folder),
    )
    const { modules, bill } = await steps.run('install the packages', () =>
      installPackages(program, tarballs, join(folder, 'install')),
    )
    const app = join(folder, 'program')
    createProgramLayer(app, program, modules)
    const downloads = new DebianDownloads(pins, mirror)
    const buildah = openBuildah(folder, origin.epoch)
    const state = join(folder, 'state')
    mkdirSync(join(state, 'headgate'), { recursive: true, mode: 0o700 })
    mkdirSync(out, { recursive: true })

    const writeBill = (
      { name }: Architecture,
      flavor: Flavor,
      components: readonly Component[],
      layer: string,
    ): void => {
      const { version } = program
      const text = composeBill(bill, { version, architecture: name, epoch: origin.epoch, components })
      mkdirSync(dirname(join(layer, billPath)), { recursive: true })
      writeFileSync(join(layer, billPath), text)
      writeFileSync(join(out, `headgate-${toTag(version, flavor)}-${name}.cdx.json`), text)
    }

    const images: Record<Flavor, string[]> = { server: [], trial: [] }
    for (const architecture of architectures) {
      const base = join(folder, architecture.name, 'base')
      const trial = join(folder, architecture.name, 'trial')
      for (const layer of [base, trial]) mkdirSync(layer, { recursive: true })
      await steps.run(`assemble the layers for ${architecture.name}`, async () => {
        const common = await createBaseLayer(base, { pins, downloads, architecture })
        const more = await createTrialLayer(trial, downloads, architecture)
        writeBill(architecture, 'server', common, app)
        writeBill(architecture, 'trial', [...common, ...more], trial)
        const missing = await findMissingLibraries([base, trial])
        if (missing.length > 0) throw new Error(`Shared libraries are missing:\n${missing.join('\n')}`)
      })
      await steps.run(`commit the images for ${architecture.name}`, async () => {
        const bottom = await commitImage(buildah, {
          architecture,
          from: 'scratch',
          layer: base,
          about: 'C library, certificates, Node',
          settings: [],
          state,
        })
        const server = await commitImage(buildah, {
          architecture,
          from: bottom,
          layer: app,
          about: 'Headgate',
          settings: serverSettings(program.version, origin),
        })
        images.server.push(server)
        const withDatabase = await commitImage(buildah, {
          architecture,
          from: server,
          layer: trial,
          about: 'Embedded PostgreSQL',
          settings: trialSettings(program.version),
        })
        images.trial.push(withDatabase)
      })
    }
    const built: BuiltImage[] = []
    for (const flavor of flavors) {
      const tag = toTag(program.version, flavor)
      const file = join(out, `headgate-${tag}.oci.tar`)
      const digest = await steps.run(`write headgate-${tag}.oci.tar`, () =>
        writeArchive(buildah, images[flavor], { file, tag }),
      )
      built.push({ flavor, tag, file, digest, sourceDigest })
    }
    return built
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
