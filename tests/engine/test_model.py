"""The service description, compiled: limits, types, idempotency tokens, sensitive members."""

import string

import pytest
from botocore.model import ListShape, OperationNotFoundError, StructureShape
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.limits import WrongType, camel_case

OPERATIONS = model.service_model().operation_names


@pytest.mark.parametrize(
    ("operation", "member"),
    [
        ("CreateSecret", "ClientRequestToken"),
        ("PutSecretValue", "ClientRequestToken"),
        ("UpdateSecret", "ClientRequestToken"),
        ("RotateSecret", "ClientRequestToken"),
        ("DeleteSecret", None),
        ("GetSecretValue", None),
    ],
)
def test_an_operation_has_its_idempotency_token(operation, member):
    assert model.operation(operation).token_member == member


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("CreateSecret", {"SecretString", "SecretBinary"}),
        ("UpdateSecret", {"SecretString", "SecretBinary"}),
        ("PutSecretValue", {"SecretString", "SecretBinary", "RotationToken"}),
        ("GetSecretValue", set()),
        ("TagResource", set()),
    ],
    ids=["CreateSecret", "UpdateSecret", "PutSecretValue", "GetSecretValue", "TagResource"],
)
def test_an_operation_hides_its_sensitive_members(operation, members):
    assert model.operation(operation).hidden == members


@pytest.mark.parametrize(
    ("operation", "members"),
    [("PutSecretValue", {"VersionStages"}), ("RotateSecret", {"RotationRules"}), ("GetRandomPassword", set())],
    ids=["list", "structure", "none"],
)
def test_an_operation_names_the_lists_and_mappings_of_its_input(operation, members):
    named = set(model.operation(operation).containers_in)
    assert members <= named
    assert members or not named


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("PutSecretValue", {"VersionStages"}),
        ("DescribeSecret", {"RotationRules", "Tags", "VersionIdsToStages"}),
        ("DeleteSecret", set()),
        ("TagResource", set()),
    ],
    ids=["list", "list, structure and map", "none", "no output"],
)
def test_an_operation_names_the_lists_and_mappings_of_its_output(operation, members):
    named = set(model.operation(operation).containers_out)
    assert members <= named
    assert members or not named


@pytest.mark.parametrize(
    ("operation", "reads"),
    [("GetSecretValue", True), ("ListSecrets", True), ("DescribeSecret", True), ("PutSecretValue", False)],
)
def test_an_operation_tells_whether_it_only_reads(operation, reads):
    assert model.operation(operation).reads is reads


def test_operation_raises_operation_not_found_error_for_an_unknown_operation():
    with pytest.raises(OperationNotFoundError):
        model.operation("ExplodeSecret")


def test_operation_compiles_an_operation_once():
    assert model.operation("GetSecretValue") is model.operation("GetSecretValue")


def test_modelled_errors_omits_errors_common_to_all_services():
    assert "ResourceNotFoundException" in model.modelled_errors()
    assert "DecryptionFailure" in model.modelled_errors()
    assert not model.modelled_errors() & {"ValidationException", "AccessDeniedException", "SerializationException"}


def printed(operation, **parameters):
    """The values in the violations of a request."""
    return [violation.value for violation in model.operation(operation).violations(parameters)]


@pytest.mark.parametrize(("length", "end"), [(0, ""), (63, ""), (64, ""), (65, " ..."), (9_999, " ...")])
def test_a_value_in_a_violation_is_cut_after_64_characters(length, end):
    assert printed("ListSecrets", SortOrder="x" * length) == [f"'{'x' * min(length, 64)}{end}'"]


@pytest.mark.parametrize(
    ("operation", "parameters", "text"),
    [
        pytest.param(
            "ListSecrets",
            {
                "Filters": [
                    {"Key": "name", "Values": ["nameValue"]},
                    *[{"Key": "description", "Values": ["v"]}] * 11,
                ]
            },
            "'[Filter(key=name, values=[nameValue]), Filter(key=description, v ...'",
            id="recorded on AWS",
        ),
        pytest.param(
            "BatchGetSecretValue",
            {"Filters": [{"Values": ["x"], "Key": "name"}, {"Key": "all"}] * 6},
            "'[Filter(key=name, values=[x]), Filter(key=all), Filter(key=name, ...'",
            id="present members in the order of the model",
        ),
        pytest.param("BatchGetSecretValue", {"SecretIdList": []}, "'[]'", id="empty list"),
    ],
)
def test_a_list_in_a_violation_is_formatted_as_in_java(operation, parameters, text):
    assert printed(operation, **parameters) == [text]


@pytest.mark.parametrize(("member", "spelled"), [("SecretId", "secretId"), ("ARN", "aRN"), ("", "")])
def test_camel_case_lowers_the_first_letter(member, spelled):
    assert camel_case(member) == spelled


# --- limits: the compiled test and the violations agree ------------------------------------------------------------

TEXT = st.text(string.ascii_letters + " -!?é", max_size=40)
SCALARS = {
    "string": TEXT,
    "blob": st.binary(max_size=3),
    "boolean": st.booleans(),
    "integer": st.integers(-2, 5_000),
    "long": st.integers(-2, 5_000),
}
ANYTHING = st.sampled_from([1, 1.5, True, "x", b"x", [], {}, ["x"], [["x"]], [{}]])


def values_of(shape, depth=0):
    """Values that fit a shape or nearly fit it, and sometimes values of another type."""
    if isinstance(shape, StructureShape):
        members = {name: values_of(member, depth + 1) for name, member in shape.members.items()}
        fitting = st.fixed_dictionaries({}, optional=members)
    elif isinstance(shape, ListShape):
        fitting = st.lists(values_of(shape.member, depth + 1), max_size=3)
    else:
        fitting = SCALARS[shape.type_name]
        if shape.metadata.get("enum"):
            fitting |= st.sampled_from(shape.metadata["enum"])
        if shape.metadata.get("min", 0) > 3 and shape.type_name == "string":
            fitting |= st.just("v" * shape.metadata["min"])
    return fitting if depth == 0 else st.one_of(fitting, fitting, fitting, ANYTHING)


def refusal_in_words(described, parameters):
    try:
        return bool(described.violations(parameters))
    except WrongType:
        return True


@pytest.mark.parametrize("operation", OPERATIONS)
def test_accepts_refuses_exactly_the_requests_that_have_violations(operation):
    described = model.operation(operation)

    @given(parameters=values_of(described.input_shape))
    def check(parameters):
        assert described.accepts(parameters) is not refusal_in_words(described, parameters)

    check()


def limited_members():
    """Every limited member of every request, with a size just within each limit and one just beyond it."""
    for operation in OPERATIONS:
        for name, shape in model.operation(operation).input_shape.members.items():
            for bound in ("min", "max"):
                limit = shape.metadata.get(bound)
                beyond = None if limit is None else limit - 1 if bound == "min" else limit + 1
                if beyond is not None and beyond >= 0 and "pattern" not in shape.metadata:
                    yield pytest.param(operation, name, limit, beyond, id=f"{operation}-{name}-{bound}")


def of_size(shape, size):
    if shape.type_name in ("integer", "long"):
        return size
    if isinstance(shape, ListShape):
        if isinstance(shape.member, StructureShape):
            return [dict.fromkeys(shape.member.required_members, "us-east-1")] * size
        return ["us-east-1"] * size
    return b"x" * size if shape.type_name == "blob" else "x" * size


@pytest.mark.parametrize(("operation", "member", "limit", "beyond"), list(limited_members()))
def test_each_limit_of_the_service_description_is_checked_and_named(operation, member, limit, beyond):
    described = model.operation(operation)
    shape = described.input_shape.members[member]

    def paths(size):
        violations = described.violations({member: of_size(shape, size)})
        return [violation.path for violation in violations if violation.value != "null"]

    assert paths(limit) == []
    assert paths(beyond) == [camel_case(member)]
