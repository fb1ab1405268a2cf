namespace Sweep.SystemTests;

/// <summary>
/// The tests whose sweeps train programs. They run one after the other, since one of them looks at the scratch folders of all runners.
/// </summary>
[CollectionDefinition(Name)]
public sealed class TestsOfPrograms
{
    public const string Name = "programs";
}
