import { z } from 'zod'

/** Place of a secret: an environment variable, or a file. Documents of `headgate apply` contain no secrets. */
export type SecretReference = { readonly env: string } | { readonly file: string }

const env = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
  .describe('Environment variable of the program that applies the document.')
const file = z
  .string()
  .min(1)
  .describe(
    'File on the machine that runs the command. A relative path starts from the folder of the document.',
  )

export const secretReference: z.ZodType<SecretReference> = z
  .union([z.strictObject({ env }), z.strictObject({ file })], {
    error: 'must be {env: NAME} or {file: PATH}: a document contains no secret',
  })
  .meta({ id: 'SecretReference', description: 'Place of a secret, which is never in the document.' })
