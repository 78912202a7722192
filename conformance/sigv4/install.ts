import { cacheFolder } from '../lib/paths.ts'
import type { ProcessKeeper } from '../lib/process-keeper.ts'
import { pythonVenv } from '../lib/python-venv.ts'

/** Installs moto in a Python environment. Moto depends on botocore, with which it verifies signatures. */
export const installBotocore = (keeper: ProcessKeeper, say: (line: string) => void): Promise<string> =>
  pythonVenv(keeper, cacheFolder('engines', 'botocore'), ['moto[server]==5.2.5'], say)
