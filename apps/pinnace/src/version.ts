/** The version of this command and of the API level that it serves (`gitVersion` of `/version`). */
export const VERSION = "v1.36.3+pinnace.0";
