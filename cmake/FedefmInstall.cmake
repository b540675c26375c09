# SPDX-License-Identifier: GPL-3.0-or-later
# What is installed besides the programs and modules, and the Debian package. Run by installer/package.

# `programs`: all that a user runs, without the tests. Packing builds just this.
add_custom_target(programs)
foreach(program fedefm fedefm-learn fedefm-studio fedefm-silo)
    if(TARGET ${program})
        add_dependencies(programs ${program})
    endif()
endforeach()
get_property(module_folders DIRECTORY "${CMAKE_SOURCE_DIR}/plugins" PROPERTY SUBDIRECTORIES)
foreach(folder IN LISTS module_folders)
    get_property(module_targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
    foreach(module IN LISTS module_targets)
        get_target_property(type ${module} TYPE)
        if(type STREQUAL "MODULE_LIBRARY")
            add_dependencies(programs ${module})
        endif()
    endforeach()
endforeach()
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(linux_files "${CMAKE_SOURCE_DIR}/installer/linux")
# Debian wants manual pages and the change log compressed, without a time stamp.
find_program(GZIP gzip REQUIRED)
function(install_compressed source name destination)
    set(packed "${CMAKE_BINARY_DIR}/compressed/${destination}/${name}.gz")
    get_filename_component(folder "${packed}" DIRECTORY)
    file(MAKE_DIRECTORY "${folder}")
    execute_process(COMMAND "${GZIP}" -9nc "${source}" OUTPUT_FILE "${packed}" COMMAND_ERROR_IS_FATAL ANY)
    install(FILES "${packed}" DESTINATION "${destination}" ${ARGN})
endfunction()
configure_file("${linux_files}/changelog.in" "${CMAKE_BINARY_DIR}/compressed/changelog" @ONLY)
set(doc_folder ${CMAKE_INSTALL_DATADIR}/doc)
if(TARGET fedefm-studio)
    install(FILES "${linux_files}/fedefm-studio.desktop" DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES "${linux_files}/org.fedefm.Studio.metainfo.xml" DESTINATION ${CMAKE_INSTALL_DATADIR}/metainfo)
    install(FILES "${CMAKE_SOURCE_DIR}/resources/icons/fedefm-studio.svg"
        DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
    install_compressed("${linux_files}/fedefm-studio.1" fedefm-studio.1 ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install_compressed("${linux_files}/fedefm.1" fedefm.1 ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES "${linux_files}/copyright" "${CMAKE_SOURCE_DIR}/README.md" DESTINATION ${doc_folder}/fedefm-studio)
install_compressed("${CMAKE_SOURCE_DIR}/CHANGELOG.md" changelog ${doc_folder}/fedefm-studio)
install_compressed("${CMAKE_BINARY_DIR}/compressed/changelog" changelog.Debian ${doc_folder}/fedefm-studio)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/docs/" DESTINATION ${doc_folder}/fedefm-studio/docs
    FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fedefm-studio)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "FedEFM Studio maintainers <maintainers@fedefm.example>")
set(CPACK_PACKAGE_VENDOR "FedEFM Studio")
# Each package states its own summary as the first line of its description.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_PACKAGE_DIRECTORY "${CMAKE_BINARY_DIR}/package")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# Two packages: the desktop must not bring LibTorch along for those who do not use it (docs/adr/0003).
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL Unspecified)
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_NAME fedefm-studio)
set(CPACK_DEBIAN_UNSPECIFIED_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_SHLIBDEPS ON)
if(TARGET fedefm_neural_backend)
    list(APPEND CPACK_COMPONENTS_ALL neural)
    set(CPACK_DEBIAN_NEURAL_PACKAGE_NAME fedefm-neural)
    set(CPACK_DEBIAN_NEURAL_FILE_NAME DEB-DEFAULT)
    set(CPACK_DEBIAN_NEURAL_PACKAGE_SHLIBDEPS ON)
    set(CPACK_DEBIAN_NEURAL_PACKAGE_DEPENDS
        "fedefm-studio (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}), libopenblas0-openmp | libblas.so.3")
    set(CPACK_COMPONENT_NEURAL_DESCRIPTION
        "neural networks for FedEFM Studio
The back end that runs networks in FedEFM Studio, its models, and the
program that trains them. It brings LibTorch with it.
.
For research use only: not for diagnosis.")
    set(neural_package fedefm-neural)
    install(FILES "${linux_files}/copyright" DESTINATION ${doc_folder}/fedefm-neural COMPONENT neural)
    install_compressed("${CMAKE_BINARY_DIR}/compressed/changelog" changelog.Debian ${doc_folder}/fedefm-neural COMPONENT neural)
endif()
# The SVG icon engine is loaded at run time, so no library dependency shows it; its package differs between releases.
set(svg_package libqt6svg6)
find_program(DPKG_QUERY dpkg-query)
if(DPKG_QUERY AND DEFINED QT6_INSTALL_PREFIX)
    execute_process(COMMAND "${DPKG_QUERY}" -S "${QT6_INSTALL_PREFIX}/${QT6_INSTALL_PLUGINS}/iconengines/libqsvgicon.so"
        OUTPUT_VARIABLE svg_owner ERROR_QUIET)
    if(svg_owner MATCHES "^([a-z0-9.+-]+)")
        set(svg_package "${CMAKE_MATCH_1}")
    endif()
endif()
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_DEPENDS "${svg_package}")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_RECOMMENDS "fonts-dejavu-core, qt6-wayland")
set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_SUGGESTS "${neural_package}")
set(CPACK_COMPONENT_UNSPECIFIED_DESCRIPTION
    "viewer and catheter segmentation for X-ray cine sequences
FedEFM Studio opens X-ray angiography and fluoroscopy sequences, plays and
subtracts them, measures on them, finds catheters and guidewires, and exports
the result as DICOM SEG, pictures, curves or film.
.
For research use only: not for diagnosis.")
include(CPack)
