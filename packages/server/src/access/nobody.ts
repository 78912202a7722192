/** In the place of a principal's id: nobody, who owns nothing and is granted nothing. No row has it. */
export const nobodyId = '00000000-0000-0000-0000-000000000002'
