import { cacheFolder } from '../../../conformance/lib/paths.ts'
import type { ProcessKeeper } from '../../../conformance/lib/process-keeper.ts'
import { pythonVenv } from '../../../conformance/lib/python-venv.ts'

const program = `
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1]).read())
sys.exit(str(error)[:2000] if error else 0)
`

/** Validates a bill of materials with the schema of CycloneDX 1.5, which the Python library of CycloneDX contains. */
export async function validateBill(keeper: ProcessKeeper, file: string, log: string): Promise<void> {
  const requirements = ['cyclonedx-python-lib[json-validation]==11.12.0']
  const python = await pythonVenv(keeper, cacheFolder('image', 'cyclonedx'), requirements, console.error)
  await keeper.run({ name: 'cyclonedx', command: python, args: ['-c', program, file], log })
}
