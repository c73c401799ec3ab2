# PROJ compiles in less than half the processor time as few large files (133 s instead of 325 at -O0).
set(CMAKE_UNITY_BUILD ON)
