import { cacheFolder } from './paths.ts'
import { npmFolder } from './npm-folder.ts'
import type { ProcessKeeper } from './process-keeper.ts'
import { pythonVenv } from './python-venv.ts'

const lancedb = '0.39.0'
// Newest version of apache-arrow that the installed version of lancedb supports.
const arrow = '18.1.0'

export interface InstalledLance {
  /**
   * Path of a Python interpreter with lancedb and pylance, which contains the reference server of the Lance REST
   * namespace (`RestAdapter`).
   */
  readonly python: string
  /** Folder in which `@lancedb/lancedb` for Node and apache-arrow are installed. */
  readonly node: string
}

/** Installs the Lance packages for Python and for Node. */
export async function installLance(
  keeper: ProcessKeeper,
  say: (line: string) => void,
): Promise<InstalledLance> {
  return {
    python: await pythonVenv(
      keeper,
      cacheFolder('engines', 'lance'),
      ['pylance==14.0.2', 'lancedb==0.40.0'],
      say,
    ),
    node: await npmFolder(
      keeper,
      cacheFolder('engines', 'lance-node'),
      [`@lancedb/lancedb@${lancedb}`, `${nativePackage()}@${lancedb}`, `apache-arrow@${arrow}`],
      say,
    ),
  }
}

/**
 * Returns the name of the npm package with the native library for this platform. npm treats the package as optional,
 * but Lance needs it.
 */
function nativePackage(): string {
  const { platform, arch } = process
  const suffix = platform === 'linux' ? '-gnu' : platform === 'win32' ? '-msvc' : ''
  return `@lancedb/lancedb-${platform}-${arch}${suffix}`
}
