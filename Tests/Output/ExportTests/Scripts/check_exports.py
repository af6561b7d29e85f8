"""Checks exported networks with the formats' own libraries.

    check_exports.py CASES

CASES is a JSON list; every case names an HDF5 file with an input, the expected result and perhaps the weights, and
what was exported: `onnx` (a list of models, each with its batch size or null for any), perhaps `safetensors` and
`hdf5`, and the metadata they must carry. Prints one line a case; exits 1 where one fails.

Needs: numpy h5py onnx onnxruntime safetensors.
"""

import cases
import h5py
import numpy as np
import onnx
import onnxruntime
from safetensors import safe_open
from safetensors.numpy import load_file

TOLERANCE = 1e-4  # of the largest number of the result
FIXED_TOLERANCE = 1e-6  # fixed kernels are built in, their last bit may differ from the golden file's


def state_dict(group):
    """The tensors below an HDF5 group by their state-dict keys."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            found[name.replace("/", ".")] = item[...]

    group.visititems(visit)
    return found


def check_tensors(found, expected, fixed, where):
    assert found.keys() == expected.keys(), f"{where}: {sorted(found.keys() ^ expected.keys())[:4]}"
    for key, value in expected.items():
        assert found[key].dtype == np.float32, f"{where}: {key} is {found[key].dtype}"
        if key in fixed:
            np.testing.assert_allclose(found[key], value, atol=FIXED_TOLERANCE, err_msg=f"{where}: {key}")
        else:
            np.testing.assert_array_equal(found[key], value, err_msg=f"{where}: {key}")


def check_initializers(model, shares_kernels, expected, fixed, where):
    initializers = {i.name: onnx.numpy_helper.to_array(i) for i in model.graph.initializer}
    if not shares_kernels:
        # The weight of shared kernels is written once a channel: the first ones are those of the state dict.
        for key, value in expected.items():
            repeats = initializers[key].shape[0] // value.shape[0]
            if repeats > 1:
                np.testing.assert_array_equal(initializers[key], np.tile(value, (repeats, 1, 1, 1)), err_msg=key)
                initializers[key] = initializers[key][: value.shape[0]]
    check_tensors(initializers, expected, fixed, where)


def check_model(path, batch, image, result, metadata):
    """Gives the model and its largest error relative to the largest number of the result."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [(o.domain, o.version) for o in model.opset_import] == [("", 17)], path
    assert {p.key: p.value for p in model.metadata_props} == metadata, path

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    assert [i.name for i in session.get_inputs()] == ["input"]
    assert session.get_inputs()[0].shape == [batch or "batch", *image.shape[1:]]
    assert session.get_outputs()[0].shape == [batch or "batch", *result.shape[1:]]
    worst = 0.0
    for times in [1] if batch else [1, 3]:
        (found,) = session.run(["logits"], {"input": np.concatenate([image] * times)})
        error = np.abs(found - np.concatenate([result] * times)).max() / np.abs(result).max()
        assert error <= TOLERANCE, f"{path}: the result differs by {error:.2e} of its largest number"
        worst = max(worst, error)
    return model, worst


def check(case):
    with h5py.File(case["golden"]) as golden:
        image = golden["input"][...]
        result = golden["logits_f64" if "logits_f64" in golden else "output"][...]
        expected = state_dict(golden["weights"]) if "weights" in golden else {}
        fixed = {
            key for key in expected if not golden["weights"][key.replace(".", "/")].attrs["learnable"]
            and not key.endswith(("running_mean", "running_var"))
        }
    metadata = case["metadata"]
    worst = 0.0
    for form in case["onnx"]:
        model, error = check_model(form["path"], form["batch"], image, result, metadata)
        worst = max(worst, error)
        if expected:
            check_initializers(model, form["shares_kernels"], expected, fixed, form["path"])
    if expected:
        check_tensors(load_file(case["safetensors"]), expected, fixed, case["safetensors"])
        with safe_open(case["safetensors"], "np") as file:
            assert file.metadata() == {"format": "pt", "producer": "kernelviz", **metadata}, case["safetensors"]
        with h5py.File(case["hdf5"]) as file:
            check_tensors(state_dict(file), expected, fixed, case["hdf5"])
            assert dict(file.attrs) == {"producer": "kernelviz", **metadata}, case["hdf5"]
    return f"{len(expected)} tensors agree, result within {worst:.1e} of its largest number"


cases.run(check, lambda case: case["name"])
