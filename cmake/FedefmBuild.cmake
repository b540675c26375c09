# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler settings and the three helper functions every folder uses.

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Debian's libtorch pulls Qt 5 into the process; nothing of ours may be visible to it (docs/adr/0003).
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(FEDEFM_CCACHE ccache)
if(FEDEFM_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${FEDEFM_CCACHE}")
endif()
find_program(FEDEFM_MOLD mold)
if(FEDEFM_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT FEDEFM_SANITIZE)
    add_link_options(-fuse-ld=mold)
endif()

add_library(fedefm_options INTERFACE)
target_compile_options(fedefm_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor)
target_compile_definitions(fedefm_options INTERFACE QT_NO_KEYWORDS)
if(FEDEFM_WERROR)
    target_compile_options(fedefm_options INTERFACE -Werror)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # These depend on what the optimiser inlines, differ between releases and have false alarms: shown, not fatal.
        target_compile_options(fedefm_options INTERFACE -Wno-error=maybe-uninitialized -Wno-error=array-bounds
            -Wno-error=stringop-overflow -Wno-error=stringop-overread -Wno-error=free-nonheap-object
            -Wno-error=null-dereference)
    endif()
endif()
if(FEDEFM_SANITIZE)
    add_compile_options(-fsanitize=${FEDEFM_SANITIZE} -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=${FEDEFM_SANITIZE})
endif()
target_include_directories(fedefm_options INTERFACE "${CMAKE_SOURCE_DIR}")

# fedefm_library(NAME DEPENDS … PRIVATE … EXCLUDE …): a static library fedefm_NAME of all sources of this folder.
# DEPENDS: our libraries and public ones; PRIVATE: third parties that no public header shows; EXCLUDE: sources left out.
function(fedefm_library name)
    cmake_parse_arguments(ARG "" "" "DEPENDS;PRIVATE;EXCLUDE" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
    foreach(file IN LISTS ARG_EXCLUDE)
        list(REMOVE_ITEM sources "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    endforeach()
    add_library(fedefm_${name} STATIC ${sources})
    add_library(fedefm::${name} ALIAS fedefm_${name})
    set_target_properties(fedefm_${name} PROPERTIES LINKER_LANGUAGE CXX)
    target_link_libraries(fedefm_${name} PUBLIC fedefm_options ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE})
endfunction()

# fedefm_uses_torch(TARGET): LibTorch with its headers compiled once for all targets that need them.
function(fedefm_uses_torch target)
    target_link_libraries(${target} PRIVATE ${TORCH_LIBRARIES})
    target_include_directories(${target} SYSTEM PRIVATE ${TORCH_INCLUDE_DIRS})
    get_target_property(type ${target} TYPE)
    if(NOT type STREQUAL "STATIC_LIBRARY")
        return()
    endif()
    # Most of the time goes into templates of LibTorch's headers that every file instantiates anew, precompiled or not:
    # several sources are compiled as one.
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
    # Halves the compile time of these libraries; ccache caches such objects only when told to be sloppy.
    if(target STREQUAL "fedefm_networks")
        target_precompile_headers(fedefm_networks PRIVATE "${CMAKE_SOURCE_DIR}/core/model/torch/torch_private.h")
    else()
        target_precompile_headers(${target} REUSE_FROM fedefm_networks)
    endif()
    if(FEDEFM_CCACHE)
        set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER
            "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${FEDEFM_CCACHE}")
    endif()
endfunction()

# fedefm_uses_dicom(PROGRAM): libcharls and DCMTK's own copy of it share the names of the old interface, with other
# structures: the copy must come first, or DCMTK's JPEG-LS crashes. Our decoder uses the newer names, which only libcharls
# has.
function(fedefm_uses_dicom program)
    if(TARGET DCMTK::dcmtkcharls)
        target_link_options(${program} PRIVATE
            -Wl,--push-state,--no-as-needed $<TARGET_FILE:DCMTK::dcmtkcharls> -Wl,--pop-state)
    endif()
endfunction()

# fedefm_tests(LIBS …): every tst_*.cpp of this folder becomes a Qt Test executable and a ctest entry of the same name.
function(fedefm_tests)
    cmake_parse_arguments(ARG "" "TIMEOUT" "LIBS;ENVIRONMENT" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    file(GLOB tests CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/tst_*.cpp")
    foreach(source IN LISTS tests)
        get_filename_component(test "${source}" NAME_WE)
        add_executable(${test} "${source}")
        set_target_properties(${test} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
        target_link_libraries(${test} PRIVATE fedefm_options fedefm_test_support Qt6::Test ${ARG_LIBS})
        fedefm_uses_dicom(${test})
        add_test(NAME ${test} COMMAND ${test})
        set_tests_properties(${test} PROPERTIES TIMEOUT ${ARG_TIMEOUT} SKIP_RETURN_CODE 77
            ENVIRONMENT "QT_QPA_PLATFORM=offscreen;${ARG_ENVIRONMENT}")
    endforeach()
endfunction()

# fedefm_module(NAME LIBS …): a run-time module (plug-in), placed where the loader looks in a build tree.
function(fedefm_module name)
    cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp" "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
    if(NOT sources)
        return()
    endif()
    add_library(fedefm_module_${name} MODULE ${sources})
    target_link_libraries(fedefm_module_${name} PRIVATE fedefm_options ${ARG_LIBS})
    set_target_properties(fedefm_module_${name} PROPERTIES PREFIX "" OUTPUT_NAME "fedefm_${name}"
        LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib/fedefm/modules")
    install(TARGETS fedefm_module_${name} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/fedefm/modules)
endfunction()
