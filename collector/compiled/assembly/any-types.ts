/** Types of attribute values: `ANY` of `otlp/tape.ts`. */
export const EMPTY: i32 = 0
export const STRING: i32 = 1
export const BOOL: i32 = 2
export const INT: i32 = 3
export const DOUBLE: i32 = 4
export const ARRAY: i32 = 5
export const KVLIST: i32 = 6
