using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Sweep.Tests.LongestFirst))]

namespace Sweep.Tests;

/// <summary>Starts the longest collection first, since the others are over long before it where it starts last.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName == "silos" ? 0 : 1)];
}
