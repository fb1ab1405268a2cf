using TorchSharp;

namespace Sweep.Tests.Trainer;

/// <summary>Tests that use libtorch within the test's process run one after the other: the seed of new weights belongs to the whole process.</summary>
[CollectionDefinition(Name)]
public sealed class TorchCollection : ICollectionFixture<TorchCollection>
{
    public const string Name = "libtorch";

    public TorchCollection() => torch.set_num_threads(1);
}
