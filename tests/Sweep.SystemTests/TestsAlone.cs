namespace Sweep.SystemTests;

/// <summary>The tests that measure how fast something goes or is noticed. Nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TestsAlone
{
    public const string Name = "alone";
}
